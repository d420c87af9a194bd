"""The organization service: units and their tree, posts and appointments, roles and grants, reorganisations."""
