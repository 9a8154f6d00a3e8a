"""What each command does, as a function: a data frame or a file in, a frozen result out."""
