"""How Shuyuan is installed and run: container recipe, chart, and the embedded stack of one machine."""
