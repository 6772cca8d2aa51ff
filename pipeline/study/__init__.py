"""Does label dropout do what the paper says: arms, seeds and settings through the same components, and what follows."""
