# Points of rms::nomogram for a logistic regression with a spline that turns and a category.
# Run: Rscript make_nomogram.R > nomogram.json
suppressMessages(library(rms))
set.seed(20261128)
n <- 600
d <- data.frame(age = round(runif(n, 45, 90), 1), bmi = round(rnorm(n, 28, 4), 1),
                site = factor(sample(c("a", "b", "c"), n, TRUE)))
lp <- -1 + 0.004 * (d$age - 65)^2 - 0.06 * (d$bmi - 28) + c(0, 0.7, -0.4)[d$site]
d$y <- rbinom(n, 1, plogis(lp))
dd <- datadist(d); options(datadist = "dd")
f <- lrm(y ~ rcs(age, c(50, 60, 70, 85)) + bmi + site, data = d)
ages <- seq(50, 85, 5); bmis <- seq(20, 36, 4); risks <- c(0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
nom <- nomogram(f, age = ages, bmi = bmis, fun = plogis, fun.at = risks, funlabel = "risk",
                maxscale = 100)
num <- function(x) paste0("[", paste(sprintf("%.10g", x), collapse = ", "), "]")
cat(sprintf('{"package": "R rms %s (%s)", "script": "make_nomogram.R; simulated, seed 20261128", "date": "2026-11-28",\n',
            packageVersion("rms"), R.version.string))
cat(sprintf(' "coefficients": %s,\n "knots": [50, 60, 70, 85],\n', num(coef(f))))
cat(sprintf(' "age": %s,\n "age_points": %s,\n', num(ages), num(nom$age$points)))
cat(sprintf(' "bmi": %s,\n "bmi_points": %s,\n', num(bmis), num(nom$bmi$points)))
cat(sprintf(' "site_points": %s,\n', num(nom$site$points)))
cat(sprintf(' "risk": %s,\n "risk_total_points": %s}\n', num(as.numeric(nom$risk$fat)), num(nom$risk$x)))
