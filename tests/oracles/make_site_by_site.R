# Makes site_by_site.json: each of four sites of site_effects.csv judged by a fit without it, with jackknife
# errors, and the sites pooled by metafor (REML; Hartung and Knapp's factor never below 1).
# Run in this folder: Rscript make_site_by_site.R
suppressPackageStartupMessages({library(metafor); library(jsonlite)})
d <- read.csv("site_effects.csv", comment.char = "#"); d$site <- d$site %% 4
c_of <- function(y, p) {w <- outer(p[y == 1], p[y == 0], "-"); mean((w > 0) + 0.5 * (w == 0))}
rmse <- function(y, p) sqrt(mean((y - p)^2))
large <- function(y, p) mean(y - p)
judged <- function(outcome, metric, to) {
  formula <- reformulate(c("age", "pain", "male"), outcome)
  one <- function(s) {
    f <- if (outcome == "score") lm(formula, d[d$site != s, ]) else glm(formula, binomial, d[d$site != s, ], epsilon = 1e-14)
    here <- d[d$site == s, ]; p <- unname(predict(f, here, type = "response")); y <- here[[outcome]]; m <- nrow(here)
    left <- sapply(seq_len(m), function(k) to(metric(y[-k], p[-k])))
    data.frame(site = s, n = m, value = metric(y, p), error = sqrt((m - 1) / m * sum((left - mean(left))^2)))
  }
  sites <- do.call(rbind, lapply(0:3, one))
  pooled <- rma(to(sites$value), sei = sites$error, method = "REML", test = "adhoc",
                control = list(threshold = 1e-12, maxiter = 1000))
  # A new site by Higgins, Thompson and Spiegelhalter (2009): Student's t of two fewer than sites.
  reach <- qt(.975, nrow(sites) - 2) * sqrt(pooled$tau2 + pooled$se^2)
  list(sites = sites, new_low = as.numeric(pooled$b) - reach, new_high = as.numeric(pooled$b) + reach, mean = as.numeric(pooled$b), error = pooled$se, low = pooled$ci.lb, high = pooled$ci.ub,
       tau2 = pooled$tau2, i2 = pooled$I2 / 100, q = pooled$QE)
}
write(toJSON(list(package = sprintf("R %s, metafor %s", getRversion(), packageVersion("metafor")),
  script = "make_site_by_site.R; people of site_effects.csv", date = "2026-11-28",
  calibration_in_the_large = judged("score", large, identity), rmse = judged("score", rmse, log),
  c_statistic = judged("worse", c_of, qlogis)), digits = 15, auto_unbox = TRUE), "site_by_site.json")
