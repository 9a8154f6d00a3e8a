# Figures of R's glm and lm for tests/validation/test_updating.py; run in this folder:
#   Rscript updating.R [folder of predtools_dev.csv and predtools_val.csv]
# The simulated set (updating_simulated.csv) is ours: 240 people who do not exist.
options(digits = 15)
d <- read.csv("updating_simulated.csv", comment.char = "#")
num <- function(x) paste0("[", paste(formatC(as.numeric(x), digits = 12, format = "g"), collapse = ", "), "]")
figures <- function(y, X, lp, kind) {
  ctl <- glm.control(epsilon = 1e-14, maxit = 100)
  f <- if (kind == "binary") binomial() else gaussian()
  fit0 <- glm(y ~ 0 + offset(lp), family = f, control = ctl)
  fit1 <- glm(y ~ 1 + offset(lp), family = f, control = ctl)
  fit2 <- glm(y ~ lp, family = f, control = ctl)
  fit3 <- glm(y ~ X, family = f, control = ctl)
  ll <- sapply(list(fit0, fit1, fit2, fit3), function(m) as.numeric(logLik(m)))
  k <- c(0, 1, 2, ncol(X) + 1)
  lr <- 2 * (ll[4] - ll[1:3]); df <- k[4] - k[1:3]
  paste0("{\"intercept\": ", num(coef(fit1)), ", \"recalibrate\": ", num(coef(fit2)),
         ", \"reestimate\": ", num(coef(fit3)), ", \"log_likelihood\": ", num(ll),
         ", \"statistic\": ", num(lr), ", \"df\": ", num(df),
         ", \"p_value\": ", num(pchisq(lr, df, lower.tail = FALSE)), "}")
}
X <- as.matrix(d[, c("x1", "x2", "x3")])
out <- c(paste0("\"source\": \"R ", getRversion(), " stats glm, logLik and pchisq; script updating.R; 2026-11-25\""),
         paste0("\"simulated_binary\": ", figures(d$event, X, d$lp_binary, "binary")),
         paste0("\"simulated_continuous\": ", figures(d$score, X, d$lp_continuous, "continuous")))
folder <- commandArgs(trailingOnly = TRUE)
if (length(folder)) {
  dev <- read.csv(file.path(folder, "predtools_dev.csv")); val <- read.csv(file.path(folder, "predtools_val.csv"))
  p <- c("age", "severity", "sex", "comorbidity")
  m <- glm(reformulate(p, "y"), data = dev, family = binomial(), control = glm.control(epsilon = 1e-14))
  lp <- predict(m, val)
  out <- c(out, paste0("\"predtools_model\": ", num(coef(m))),
           paste0("\"predtools\": ", figures(val$y, as.matrix(val[, p]), lp, "binary")))
}
writeLines(paste0("{", paste(out, collapse = ",\n "), "}"), "updating_r.json")
