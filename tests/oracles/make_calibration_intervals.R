# Usual intervals of calibration figures of metrics_small_data.csv: Wald and profile likelihood
# (MASS), least squares, HC3 and CR1 (sandwich), and the logarithm of O/E (Debray et al. 2017, as
# metamisc's oecalc has it, by hand). Rscript make_calibration_intervals.R in this folder.
suppressPackageStartupMessages({library(MASS); library(sandwich)})
options(digits = 17)
d <- read.csv("metrics_small_data.csv", comment.char = "#"); d$lp <- qlogis(d$risk)
rows <- list()
add <- function(metric, method, value, low, high)
  rows[[length(rows) + 1]] <<- data.frame(metric, method, value, low, high)
tight <- glm.control(epsilon = 1e-14, maxit = 100)
large <- glm(y ~ offset(lp), family = binomial, data = d, control = tight)
line <- glm(y ~ lp, family = binomial, data = d, control = tight)
both <- function(name, fit, place) {
  w <- confint.default(fit)[place, ]; add(name, "wald", coef(fit)[[place]], w[[1]], w[[2]])
  # The profile's square root of deviance, found by root search: MASS interpolates by a spline.
  z <- qchisq(0.95, 1)
  lost <- function(b) {
    o <- if (length(coef(fit)) == 1) d$lp + b else if (place == 1) b else b * d$lp
    f <- if (length(coef(fit)) == 1) -2 * sum(dbinom(d$y, 1, plogis(o), log = TRUE)) else
      if (place == 1) glm(y ~ 0 + lp, offset = rep(o, nrow(d)), family = binomial, data = d, control = tight)$deviance else
      glm(y ~ 1, offset = o, family = binomial, data = d, control = tight)$deviance
    f - fit$deviance - z
  }
  est <- coef(fit)[[place]]; se <- sqrt(vcov(fit)[place, place])
  lo <- uniroot(lost, c(est - 6 * se, est), tol = 1e-13)$root
  hi <- uniroot(lost, c(est, est + 6 * se), tol = 1e-13)$root
  add(name, "profile_likelihood", est, lo, hi)
  m <- suppressMessages(confint(profile(fit, alpha = 0.001)))
  m <- if (is.matrix(m)) m[place, ] else m
  add(name, "MASS", est, m[[1]], m[[2]])
}
both("calibration_in_the_large", large, 1)
both("calibration_intercept", line, 1)
both("calibration_slope", line, 2)
O <- sum(d$y); E <- sum(d$risk); N <- nrow(d); se <- sqrt((1 - O / N) / O)
add("observed_expected_ratio", "log_normal", O / E, exp(log(O / E) - qnorm(.975) * se), exp(log(O / E) + qnorm(.975) * se))
ols <- lm(observed ~ predicted, data = d)
t <- qt(0.975, N - 2)
for (place in 1:2) {
  name <- c("calibration_intercept", "calibration_slope")[place]
  ci <- confint(ols)[place, ]; add(name, "least_squares", coef(ols)[[place]], ci[[1]], ci[[2]])
  s <- sqrt(vcovHC(ols, type = "HC3")[place, place])
  add(name, "hc3", coef(ols)[[place]], coef(ols)[[place]] - t * s, coef(ols)[[place]] + t * s)
}
tt <- t.test(d$observed - d$predicted)
add("mean_error", "student", tt$estimate[[1]], tt$conf.int[1], tt$conf.int[2])
# Clusters: CR0 times G / (G - 1), Student's t with G - 1 for the score, normal for the risk.
G <- length(unique(d$group)); k <- G / (G - 1)
cr <- function(fit) k * vcovCL(fit, cluster = d$group, type = "HC0", cadjust = FALSE)
for (place in 1:2) {
  name <- c("calibration_intercept", "calibration_slope")[place]
  s <- sqrt(cr(ols)[place, place]); q <- qt(.975, G - 1)
  add(paste0("score_", name), "cluster_robust", coef(ols)[[place]], coef(ols)[[place]] - q * s, coef(ols)[[place]] + q * s)
  s <- sqrt(cr(line)[place, place]); q <- qnorm(.975)
  add(name, "cluster_robust", coef(line)[[place]], coef(line)[[place]] - q * s, coef(line)[[place]] + q * s)
}
s <- sqrt(cr(large)[1, 1]); add("calibration_in_the_large", "cluster_robust", coef(large)[[1]], coef(large)[[1]] - qnorm(.975) * s, coef(large)[[1]] + qnorm(.975) * s)
out <- do.call(rbind, rows)
writeLines(c(sprintf("# package: R %s, MASS %s, sandwich %s; script: make_calibration_intervals.R; date: 2026-11-27", getRversion(), packageVersion("MASS"), packageVersion("sandwich")),
  "# of metrics_small_data.csv; profile_likelihood by root search, MASS by its own spline; log_normal: Debray et al. (2017)"), "calibration_intervals.csv")
out[3:5] <- lapply(out[3:5], function(v) sprintf("%.15g", v))
suppressWarnings(write.table(out, "calibration_intervals.csv", sep = ",", row.names = FALSE, append = TRUE, quote = FALSE))
