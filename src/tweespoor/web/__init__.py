"""The pages, named like the verbs of casework, without tables."""
