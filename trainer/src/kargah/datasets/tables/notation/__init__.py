"""How people write numbers, dates and what is missing, decided for a whole column."""
