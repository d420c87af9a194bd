"""Requests of the contract as domain values, and domain values as answers; decides nothing."""
