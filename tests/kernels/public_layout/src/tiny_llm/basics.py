"""Nothing of the first week: what is under test here is the layout."""
