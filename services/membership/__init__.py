"""The membership service: people, their affiliations and organisation relationships, and admission to the Party."""
