"""The usual application, written for comparison only: FastAPI, async ORM, response_model."""
