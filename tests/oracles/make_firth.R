# Frozen figures for Firth's penalised logistic regression under quasi-complete separation.
# Rscript make_firth.R (in tests/oracles): prints the columns estimate and se of firth_separated.csv.
suppressMessages(library(brglm2))
d <- read.csv("../cases/separation_misnamed/confsep.csv")
d$lbp <- as.numeric(d$lbp_any == "yes"); d$male <- as.numeric(d$sex == "male")
d$medium <- as.numeric(d$education == "medium"); d$high <- as.numeric(d$education == "high")
d$y <- as.numeric(d$worsened == "yes")
m <- glm(y ~ lbp + age_years + male + medium + high, family = binomial, data = d,
         method = "brglmFit", type = "AS_mean", control = list(epsilon = 1e-12, maxit = 1000))
print(summary(m)$coefficients[-1, 1:2], digits = 12)
