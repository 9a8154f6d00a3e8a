# Makes metrics_small_bands.csv: bands of calibration curves where people have several rows.
# Run in this folder: Rscript make_metrics_small_bands.R
# Loess: R's own fit is linear in y, so that what a row adds to a fitted value is found by fitting a
# unit more of its y. Splines: rms' robcov, whose covariance has no factor G / (G - 1).
suppressPackageStartupMessages(library(rms))
options(digits = 17)
d <- read.csv("metrics_small_data.csv", comment.char = "#")
n <- nrow(d); G <- length(unique(d$group)); more <- G / (G - 1)
grid_p <- seq(min(d$risk), max(d$risk), length = 25)
grid_c <- seq(min(d$predicted), max(d$predicted), length = 25)
exact <- loess.control(statistics = "exact")
smooth <- function(x, y) loess(y ~ x, data.frame(x = x, y = y), degree = 2, control = exact)
persons <- function(x, y, at) {
  fit <- smooth(x, y); center <- predict(fit, data.frame(x = at))
  factors <- sapply(1:n, function(i) {
    predict(smooth(x, replace(y, i, y[i] + 1)), data.frame(x = at)) - center
  })
  parts <- sapply(split(1:n, d$group), function(rows) {
    factors[, rows, drop = FALSE] %*% residuals(fit)[rows]
  })
  list(fit = fit, center = center, se = sqrt(more * rowSums(parts^2)))
}
b <- persons(d$risk, d$y, grid_p); z <- qnorm(.975)
c <- persons(d$predicted, d$observed, grid_c)
freedom <- min(c$fit$one.delta^2 / c$fit$two.delta, G - 1)
half <- qt(.975, freedom) * c$se * sqrt(n / c$fit$one.delta)
d$lp <- qlogis(d$risk)
k_l <- quantile(d$lp, c(.05, .275, .5, .725, .95))
k_c <- quantile(d$predicted, c(.05, .275, .5, .725, .95))
fs <- robcov(lrm(y ~ rcs(lp, k_l), d, x = TRUE, y = TRUE, tol = 1e-14, eps = 1e-12), d$group)
fo <- robcov(ols(observed ~ rcs(predicted, k_c), d, x = TRUE, y = TRUE), d$group)
s <- predict(fs, data.frame(lp = qlogis(grid_p)), se.fit = TRUE)
o <- predict(fo, data.frame(predicted = grid_c), se.fit = TRUE)
s_half <- z * s$se.fit * sqrt(more)
o_half <- qt(.975, min(n - 5, G - 1)) * o$se.fit * sqrt(more)
found <- data.frame(
  risk = grid_p, loess_low = pmax(b$center - z * b$se, 0), loess_high = pmin(b$center + z * b$se, 1),
  spline_low = plogis(s$linear.predictors - s_half),
  spline_high = plogis(s$linear.predictors + s_half),
  predicted = grid_c, loess_c_low = c$center - half, loess_c_high = c$center + half,
  spline_c_low = o$linear.predictors - o_half, spline_c_high = o$linear.predictors + o_half)
writeLines(c(
  sprintf("# package: R %s, rms %s", getRversion(), packageVersion("rms")),
  "# script: make_metrics_small_bands.R", "# date: 2026-11-28"), "metrics_small_bands.csv")
found[] <- lapply(found, function(v) sprintf("%.17g", v))
suppressWarnings(write.table(found, "metrics_small_bands.csv", sep = ",", row.names = FALSE,
                             append = TRUE, quote = FALSE))
