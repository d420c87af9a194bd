"""From requests to domain values and from domain values to answers; decides nothing."""
