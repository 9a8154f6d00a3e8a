# Makes optimism_intervals.json: intervals of corrected figures and of the gain of x3 over x1 and x2, of the
# people of rms_small_data.csv and rms' resamples (rms_small_rows.csv). Base R.
# Run in this folder: Rscript make_optimism_intervals.R
suppressPackageStartupMessages(library(jsonlite))
d <- read.csv("rms_small_data.csv", comment.char = "#")
rows <- as.matrix(read.csv("rms_small_rows.csv", comment.char = "#"))
r2 <- function(y, p) 1 - sum((y - p)^2) / sum((y - mean(y))^2)
c_of <- function(y, p) {w <- outer(p[y == 1], p[y == 0], "-"); mean((w > 0) + 0.5 * (w == 0))}
mse <- function(y, p) mean((y - p)^2)
slope <- function(y, p) unname(coef(lm(y ~ p))[2])
logistic_slope <- function(y, p) unname(coef(glm(y ~ qlogis(p), family = binomial, epsilon = 1e-14))[2])

# Values on the whole file, and of each refit on its resample and on the whole file.
values <- function(formula, metric) {
  outcome <- all.vars(formula)[1]
  fit <- function(k) if (outcome == "y") lm(formula, d[k, ]) else glm(formula, binomial, d[k, ], epsilon = 1e-14)
  on <- function(f, k) metric(d[[outcome]][k], unname(predict(f, d[k, ], type = "response")))
  all <- seq_len(nrow(d))
  list(apparent = on(fit(all), all), training = apply(rows, 1, function(k) on(fit(k), k)),
       test = apply(rows, 1, function(k) on(fit(k), all)))
}
quantiles <- function(x) quantile(x, c(.025, .975), type = 6, names = FALSE)
interval <- function(v, to, back, widened = 1) {
  corrected <- v$apparent - mean(v$training - v$test)
  half <- qnorm(.975) * widened * sd(to(v$training) - to(v$test))
  list(corrected = corrected, ends = sort(back(to(corrected) + c(-1, 1) * half)),
       shifted = quantiles(v$training) - mean(v$training - v$test))
}
gain <- function(larger, smaller, sign) {
  g <- Map(function(a, b) sign * (a - b), larger, smaller); excess <- g$training - g$test
  value <- g$apparent - mean(excess)
  basic <- g$apparent - rev(quantiles(excess)); moved <- quantiles(g$training) + value - mean(g$training)
  list(apparent = g$apparent, training = g$training, test = g$test, value = value,
       low = min(basic[1], moved[1]), high = max(basic[2], moved[2]))
}
log_rest <- function(x) -log(1 - x); from_log_rest <- function(x) 1 - exp(-x)
linear <- y ~ x1 + x2 + x3; risk <- e ~ x1 + x2 + x3
o <- max(mean((1 - values(linear, slope)$test)), 0); p <- max(mean(1 - values(risk, logistic_slope)$test), 0)
widen <- function(o) (1 + 2 * o) * sqrt(1 + o)
write(toJSON(list(
  package = sprintf("R %s", getRversion()), script = "make_optimism_intervals.R", date = "2026-11-28",
  continuous = list(r2 = interval(values(linear, r2), log_rest, from_log_rest),
                    mse = interval(values(linear, mse), log, exp),
                    calibration_slope = interval(values(linear, slope), identity, identity, widen(o))),
  binary = list(c_statistic = interval(values(risk, c_of), qlogis, plogis), brier = interval(values(risk, mse), log, exp),
                calibration_slope = interval(values(risk, logistic_slope), identity, identity, widen(p))),
  gains = list(r2 = gain(values(linear, r2), values(y ~ x1 + x2, r2), 1), mse = gain(values(linear, mse), values(y ~ x1 + x2, mse), -1),
               c_statistic = gain(values(risk, c_of), values(e ~ x1 + x2, c_of), 1))),
  digits = 15, auto_unbox = TRUE), "optimism_intervals.json")
