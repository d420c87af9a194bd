# Commands of the project; `make help` lists them. Each sets up what it needs.
