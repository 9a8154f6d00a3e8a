# Calibration curves by site and their two-stage meta-analysis, by rms, metafor and stats.
#
# Data: clustered_calibration_data.csv (made-up, 5 sites of unlike size). Stage one: in each site a
# restricted cubic spline of three knots, or a straight line where the smaller class (people, for
# the continuous outcome) is below 50; logistic on the log odds of the risk, or least squares.
# Stage two, at each prediction: REML (metafor::rma), Hartung-Knapp with the safeguard
# (test = "adhoc").
# These are the formulas of MAC2 in CalibrationCurves 3, which has meta::metagen in metafor's place.
#
# From the folder of the project: Rscript tests/oracles/make_clustered_calibration.R
suppressMessages({library(Hmisc); library(metafor)})

folder <- "tests/oracles"
people <- read.csv(file.path(folder, "clustered_calibration_data.csv"), comment.char = "#")

site_curve <- function(own, x, places, outcome, family) {
  y <- own[[outcome]]
  smaller <- if (family == "binomial") min(sum(y), sum(1 - y)) else length(y)
  if (smaller >= 50) {
    knots <- quantile(x, c(0.10, 0.50, 0.90))
    columns <- function(v) rcspline.eval(v, knots = knots, inclx = TRUE)
  } else {
    columns <- function(v) cbind(v)
  }
  fit <- glm(y ~ columns(x), family = family, control = list(epsilon = 1e-14, maxit = 100))
  at <- cbind(1, columns(places))
  covariance <- vcov(fit)
  data.frame(value = drop(at %*% coef(fit)), se = sqrt(rowSums((at %*% covariance) * at)))
}

pooled <- function(outcome, predicted, family, places) {
  scale <- if (family == "binomial") qlogis else identity
  back <- if (family == "binomial") plogis else identity
  curves <- lapply(split(people, people$site), function(own)
    site_curve(own, scale(own[[predicted]]), scale(places), outcome, family))
  rows <- lapply(seq_along(places), function(place) {
    y <- sapply(curves, function(one) one$value[place])
    se <- sapply(curves, function(one) one$se[place])
    fit <- rma(yi = y, sei = se, method = "REML", test = "adhoc",
               control = list(threshold = 1e-12, maxiter = 1000))
    data.frame(kind = if (family == "binomial") "binary" else "continuous",
               predicted = places[place], observed = back(fit$beta[1]), low = back(fit$ci.lb),
               high = back(fit$ci.ub), tau2 = fit$tau2)
  })
  do.call(rbind, rows)
}

rows <- rbind(
  pooled("event", "risk", "binomial", c(0.15, 0.3, 0.45, 0.6)),
  pooled("score", "mean", "gaussian", c(35, 45, 50, 60))
)
out <- file(file.path(folder, "clustered_calibration.csv"), "w")
writeLines(c(
  paste0("# package: metafor ", packageVersion("metafor"), ", Hmisc ", packageVersion("Hmisc"),
         ", ", R.version.string),
  "# script: make_clustered_calibration.R",
  paste("# date:", format(Sys.Date()))
), out)
write.csv(format(rows, digits = 15, trim = TRUE), out, row.names = FALSE, quote = FALSE)
close(out)
