"""Between the contract and the domain: requests become values, results become answers; decides nothing."""
