# Makes metrics_small_*.csv: figures of R for small data laid down by fixed arithmetic.
# Run in this folder: Rscript make_metrics_small.R
suppressPackageStartupMessages({library(rms); library(pROC)})
options(digits = 17)
origin <- c(
  sprintf("# package: R %s, rms %s, Hmisc %s, pROC %s", getRversion(), packageVersion("rms"),
          packageVersion("Hmisc"), packageVersion("pROC")),
  "# script: make_metrics_small.R", "# date: 2026-11-25")
put <- function(frame, file) {
  writeLines(origin, file)
  frame[] <- lapply(frame, function(v) if (is.numeric(v)) sprintf("%.17g", v) else v)
  suppressWarnings(write.table(frame, file, sep = ",", row.names = FALSE, append = TRUE,
                               quote = FALSE))
}
n <- 70; i <- 1:n
p <- round(plogis(-2.2 + 4.4 * ((i * 37) %% 71) / 71), 2)     # with ties
p[70] <- p[12]
y <- as.integer(((i * 29) %% 67) / 67 < plogis(0.3 + 0.7 * qlogis(p) + 0.8 * sin(9 * p)))
group <- (i * 13) %% 40                                       # people with one or two rows
predicted <- round(20 + 60 * ((i * 23) %% 71) / 71, 1); predicted[70] <- predicted[5]
observed <- round(pmin(100, pmax(0, 8 + 0.8 * predicted + 6 * sin(predicted / 9) +
                                    30 * (((i * 41) %% 73) / 73 - 0.5))), 1)
put(data.frame(y = y, risk = p, group = group, observed = observed, predicted = predicted),
    "metrics_small_data.csv")
stat <- function(name, value) data.frame(statistic = name, value = as.numeric(value))
v <- val.prob(p, y, pl = FALSE)
put(stat(names(v), v), "metrics_small_valprob.csv")

# Smoothers: lowess as val.prob uses it, loess with exact statistics, splines through lrm and ols.
lw <- lowess(p, y, iter = 0); lc <- lowess(predicted, observed, iter = 0)
exact <- loess.control(statistics = "exact")
lb <- loess(y ~ p, degree = 2, control = exact)
lo <- loess(observed ~ predicted, degree = 2, control = exact)
grid_p <- seq(min(p), max(p), length = 25); grid_c <- seq(min(predicted), max(predicted), length = 25)
pb <- predict(lb, data.frame(p = grid_p)); pc <- predict(lo, data.frame(predicted = grid_c), se = TRUE)
knots_l <- quantile(qlogis(p), c(.05, .275, .5, .725, .95)); knots_c <- quantile(predicted, c(.05, .275, .5, .725, .95))
lp <- qlogis(p); fs <- lrm(y ~ rcs(lp, knots_l), tol = 1e-14, eps = 1e-12); fo <- ols(observed ~ rcs(predicted, knots_c))
ps <- predict(fs, data.frame(lp = qlogis(grid_p)), se.fit = TRUE)
po <- predict(fo, data.frame(predicted = grid_c), se.fit = TRUE)
put(data.frame(risk = grid_p, loess = pb, lowess = approx(lw, xout = grid_p, ties = mean)$y,
               spline_lp = ps$linear.predictors, spline_se = ps$se.fit, predicted = grid_c,
               loess_c = pc$fit, loess_c_se = pc$se.fit, lowess_c = approx(lc, xout = grid_c, ties = mean)$y,
               spline_c = po$linear.predictors, spline_c_se = po$se.fit), "metrics_small_curves.csv")
errors <- function(fit, p, tag) {
  e <- abs(p - fit)
  stat(paste0(tag, c("ici", "e50", "e90", "emax")), c(mean(e), quantile(e, .5), quantile(e, .9), max(e)))
}
# Analytic standard errors
r <- roc(y, p, direction = "<", levels = c(0, 1), quiet = TRUE)
x1 <- p[y == 1]; x0 <- p[y == 0]
psi <- outer(x1, x0, function(a, b) (a > b) + 0.5 * (a == b))
by_hand <- var(rowMeans(psi)) / length(x1) + var(colMeans(psi)) / length(x0)
# Obuchowski (1997), formulas written out: clusters are people with several rows.
m <- length(x1); k <- length(x0); v10 <- rowMeans(psi); v01 <- colMeans(psi); auc <- mean(psi)
people <- unique(group)
s1 <- sapply(people, function(g) sum(v10[group[y == 1] == g]) - sum(group[y == 1] == g) * auc)
s0 <- sapply(people, function(g) sum(v01[group[y == 0] == g]) - sum(group[y == 0] == g) * auc)
i10 <- length(unique(group[y == 1])); i01 <- length(unique(group[y == 0])); I <- length(people)
clustered <- i10 / ((i10 - 1) * m^2) * sum(s1^2) + i01 / ((i01 - 1) * k^2) * sum(s0^2) +
  2 * I / ((I - 1) * m * k) * sum(s1 * s0)
# Two models' C on the same people, paired (a second risk by fixed arithmetic).
other <- round(plogis(0.6 * qlogis(p) + ((i * 17) %% 70) / 35 - 1), 3)
r2 <- roc(y, other, direction = "<", levels = c(0, 1), quiet = TRUE)
paired <- roc.test(r, r2, method = "delong", paired = TRUE)
large <- glm(y ~ offset(lp), family = binomial, epsilon = 1e-14); weak <- glm(y ~ lp, family = binomial, epsilon = 1e-14)
line <- lm(observed ~ predicted); t1 <- t.test(observed - predicted)
put(rbind(
  stat("c", r$auc), stat("c_var_delong", var(r)), stat("c_var_by_hand", by_hand),
  stat("c_var_clustered", clustered), stat(c("c_low", "c_mid", "c_high"), ci.auc(r)),
  stat("c_other", r2$auc), stat("c_difference_z", paired$statistic),
  stat("c_difference_p", paired$p.value),
  stat("citl", coef(large)), stat("citl_se", sqrt(vcov(large))),
  stat(c("intercept", "slope"), coef(weak)), stat(c("intercept_se", "slope_se"), sqrt(diag(vcov(weak)))),
  stat(c("linear_intercept", "linear_slope"), coef(line)),
  stat(c("linear_intercept_low", "linear_slope_low"), confint(line)[, 1]),
  stat(c("linear_intercept_high", "linear_slope_high"), confint(line)[, 2]),
  stat(c("mean_error", "mean_error_low", "mean_error_high"), c(t1$estimate, t1$conf.int)),
  stat("trace_c", lo$trace.hat), stat("delta1_c", lo$one.delta), stat("delta2_c", lo$two.delta),
  stat("sigma_c", lo$s), stat("df_c", pc$df),
  errors(fitted(lb), p, "loess_"), errors(approx(lw, xout = p, ties = mean)$y, p, "lowess_"),
  errors(plogis(predict(fs)), p, "spline_"), stat("eci", 100 * mean((p - fitted(lb))^2)),
  errors(fitted(lo), predicted, "loess_c_"), errors(predict(fo), predicted, "spline_c_")),
  "metrics_small_statistics.csv")
