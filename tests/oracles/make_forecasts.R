# Makes forecasts.json: predictive distributions, scores and the calibration watch of metrics_small_data.csv.
# Base R and stats alone: quantile functions, integration by pieces, binomial intervals, simulation.
# Run in this folder: Rscript make_forecasts.R
suppressPackageStartupMessages(library(jsonlite))
d <- read.csv("metrics_small_data.csv", comment.char = "#")
y <- d$observed; n <- nrow(d)
# The law: clip(mean + scale * residual), whose quantile function runs in straight lines through these.
p <- (1:199) / 200; q <- sinh(2.2 * (p - 0.45)) * 1.1
mean_of <- d$predicted; scale_of <- 9 + 0.05 * d$predicted
clip <- function(x) pmin(100, pmax(0, x))
Q <- function(u) approx(p, q, u, rule = 2)$y            # lumps at the outermost residuals
F <- function(r) ifelse(r < q[1], 0, ifelse(r >= q[199], 1, approx(q, p, r, rule = 2)$y))
below <- function(r) ifelse(r <= q[1], 0, ifelse(r > q[199], 1, approx(q, p, r, rule = 2)$y))
r <- (y - mean_of) / scale_of
upto <- ifelse(y >= 100, 1, F(r)); start <- ifelse(y <= 0, 0, below(r))

# CRPS as twice the mean quantile score over all probabilities: the middles of half a million.
u <- (seq_len(5e5) - 0.5) / 5e5; residual <- Q(u)
crps <- sapply(seq_len(n), function(k) {x <- clip(mean_of[k] + scale_of[k] * residual)
  2 * mean((y[k] - x) * (u - (y[k] < x)))})
expected <- sapply(seq_len(n), function(k) mean(clip(mean_of[k] + scale_of[k] * residual)))
# Of everybody the same: the distribution of the outcomes themselves.
climate <- mean(abs(outer(y, y, "-"))) / 2
level_of <- function(level) {
  low <- clip(mean_of + scale_of * Q((1 - level) / 2)); high <- clip(mean_of + scale_of * Q((1 + level) / 2))
  inside <- y >= low & y <= high
  score <- (high - low) + 2 / (1 - level) * (pmax(low - y, 0) + pmax(y - high, 0))
  group <- findInterval(expected, unique(quantile(expected, 0:5 / 5)), rightmost.closed = TRUE)
  wilson <- prop.test(sum(inside), n, correct = FALSE)$conf.int
  list(level = level, coverage = mean(inside), low = wilson[1], high = wilson[2], width = mean(high - low),
       interval_score = mean(score), below = mean(y < low), above = mean(y > high),
       by_predicted = data.frame(n = as.numeric(table(group)), coverage = as.numeric(tapply(inside, group, mean)),
                                 predicted = as.numeric(tapply(expected, group, mean)),
                                 width = as.numeric(tapply(high - low, group, mean))))
}
edges <- 0:10 / 10
pit <- sapply(edges, function(e) mean(pmin(1, pmax(0, ifelse(upto > start, (e - start) / (upto - start), e >= upto)))))
pit[1] <- 0                                             # outcomes below every quantile are in the first bar
bar <- prop.test(n * 0.1, n, 0.1, correct = FALSE)$conf.int

# An interval of 80 % for one person from residuals that scatter alike at every level: ranks p (n + 1).
residual_80 <- quantile(y - d$predicted, c(.1, .9), type = 6, names = FALSE)

# Scores of predictions with their intervals.
e <- y - d$predicted; b <- (d$y - d$risk)^2; prevalence <- mean(d$y)
mae <- t.test(abs(e)); root <- sqrt(mean(e^2)); reach <- qnorm(.975) * sd(e^2) / sqrt(n) / (2 * root)
loglik <- function(p) sum(d$y * log(p) + (1 - d$y) * log(1 - p))
null <- loglik(rep(prevalence, n)); cs <- 1 - exp(2 * (null - loglik(d$risk)) / n)
v <- d$risk * (1 - d$risk)
two <- t.test(d$risk[d$y == 1], d$risk[d$y == 0])
scores <- list(r2 = 1 - sum(e^2) / sum((y - mean(y))^2), mse = mean(e^2), rmse = root, mae = mean(abs(e)),
  brier = mean(b), scaled_brier = 1 - mean(b) / (prevalence * (1 - prevalence)), cox_snell_r2_as_is = cs,
  nagelkerke_r2_as_is = cs / (1 - exp(2 * null / n)), discrimination_slope = diff(rev(unname(two$estimate))),
  observed_expected_ratio = sum(d$y) / sum(d$risk),
  spiegelhalter_z = sum((d$y - d$risk) * (1 - 2 * d$risk)) / sqrt(sum((1 - 2 * d$risk)^2 * v)))
ends <- list(mae = mae$conf.int, rmse = root + c(-1, 1) * reach)

# Efron and Tibshirani's .632+ estimate of an error, by their formulas (32) to (34).
plus632 <- function(apparent, omitted, none) {
  omitted <- min(omitted, none)
  R <- if (omitted > apparent && none > apparent) (omitted - apparent) / (none - apparent) else 0
  w <- 0.632 / (1 - 0.368 * R); (1 - w) * apparent + w * omitted
}
cases <- data.frame(apparent = c(0.1, 0.2, 0.15, 0.2), omitted = c(0.3, 0.22, 0.6, 0.18), none = c(0.5, 0.4, 0.5, 0.4))
cases$plus <- mapply(plus632, cases$apparent, cases$omitted, cases$none)

# Calibration watch: sum of observed minus predicted by quarters of the file, and its limit by simulation.
time <- rep(1:4, length.out = n); set.seed(20261128)
by_time <- function(x) cumsum(tapply(x, time, sum))
cusum <- by_time(d$y - d$risk) / sqrt(sum(v))
null_max <- replicate(20000, max(abs(by_time(rbinom(n, 1, d$risk) - d$risk)))) / sqrt(sum(v))
# Distance from a straight line, and how often people in another order have one at least as large.
bend <- function(x) {s <- by_time(x); max(abs(s - s[length(s)] * cumsum(tabulate(time)) / n))}
statistic <- bend(d$y - d$risk); permuted <- replicate(20000, bend(sample(d$y - d$risk)))
watch <- list(time = time, cusum = as.numeric(cusum), limit = quantile(null_max, .95, names = FALSE),
              change = statistic / (sd(d$y - d$risk) * sqrt((n - 1))),
              p = mean(permuted >= statistic - 1e-9))

write(toJSON(list(package = sprintf("R %s", getRversion()), script = "make_forecasts.R", date = "2026-11-28",
  probabilities = p, quantiles = q, scale = scale_of, crps = mean(crps), crps_each = crps,
  crps_skill = 1 - mean(crps) / climate, expected = expected,
  levels = lapply(c(0.8, 0.9, 0.95), level_of), pit = diff(pit), pit_expected = bar, pit_deviation = max(abs(pit - edges)),
  residual_80 = residual_80, scores = scores, ends = ends, plus632 = cases, watch = watch), digits = 15, auto_unbox = TRUE), "forecasts.json")
