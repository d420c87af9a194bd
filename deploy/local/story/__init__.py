"""The story: one applicant's way into the Party and one branch's into an award, through the gateway only.

A newcomer reads and runs it (`make story`); the end-to-end test and the kill test run the same scenes.
"""
