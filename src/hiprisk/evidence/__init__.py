"""What a study found, gathered into one frozen document that reports, cards and runs read."""
