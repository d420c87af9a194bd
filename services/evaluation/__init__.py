"""The evaluation service: awards, their editions and rankings, honours of persons, declared indicators."""
