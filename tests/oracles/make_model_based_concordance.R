# Model-based concordance and expected Brier score, by brute force over pairs and outcomes.
# Output: model_based_concordance.csv, one line a case: risks, probabilities and what comes of them.
#   Rscript make_model_based_concordance.R > model_based_concordance.csv
# The published formula (van Klaveren et al. 2016, Stat Med 35(23), 4136-4152): over ordered pairs of
# different people, P(i has the event and j has not) and i's risk is higher, over P(i has, j has not).
set.seed(20161127)
cat("# R ", as.character(getRversion()), ", base only; make_model_based_concordance.R, 2026-11-27\n", sep = "")

by_pairs <- function(p, q) {
  above <- 0
  all <- 0
  for (i in seq_along(p)) {
    for (j in seq_along(p)) {
      if (i == j) next
      weight <- q[i] * (1 - q[j])
      all <- all + weight
      above <- above + weight * ((p[i] > p[j]) + 0.5 * (p[i] == p[j]))
    }
  }
  above / all
}

# All 2^n outcomes, each with its probability.
by_outcomes <- function(p, q, score) {
  total <- 0
  for (code in 0:(2^length(p) - 1)) {
    y <- as.integer(intToBits(code))[seq_along(p)]
    total <- total + prod(ifelse(y == 1, q, 1 - q)) * score(y, p)
  }
  total
}
brier <- function(y, p) mean((y - p)^2)
net_benefit <- function(y, p) mean((p >= 0.3) * (y - (1 - y) * 0.3 / 0.7))

cases <- list(
  list(p = c(0.1, 0.4, 0.4, 0.8), q = c(0.1, 0.4, 0.4, 0.8)),
  list(p = c(0.1, 0.4, 0.4, 0.8), q = c(0.3, 0.2, 0.5, 0.6)),
  list(p = c(0, 0.5, 1), q = c(0, 0.5, 1))
)
for (n in c(8, 12)) {
  p <- round(plogis(rnorm(n, -0.5, 1.2)), 2)
  cases <- c(cases, list(list(p = p, q = p)), list(list(p = p, q = round(plogis(rnorm(n)), 3))))
}
cat("risk,probability,concordance,brier,net_benefit\n")
for (case in cases) {
  with(case, cat(
    paste(p, collapse = " "), ",", paste(q, collapse = " "), ",",
    format(by_pairs(p, q), digits = 16), ",",
    format(by_outcomes(p, q, brier), digits = 16), ",",
    format(by_outcomes(p, q, net_benefit), digits = 16), "\n", sep = ""
  ))
}
