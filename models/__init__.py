"""What is kept and what the law says of it. Knows SQL, not Flask."""
