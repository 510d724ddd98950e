# The expected numbers of case.toml: R 4.2.2 with package survival 3.5-3. Run in this folder: Rscript reference.R
library(survival)
options(digits = 15)
d <- read.csv("data.csv")
tight <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 50)
for (ties in c("efron", "breslow")) {
  plain <- coxph(Surv(days, event) ~ treated + age, d, ties = ties, control = tight)
  robust <- coxph(Surv(days, event) ~ treated + age, d, ties = ties, cluster = person, control = tight)
  cat("[", ties, "]\n", sep = "")
  cat("estimate:", coef(plain), "\n")
  cat("standard_error:", sqrt(diag(vcov(plain))), "\n")
  cat("robust_standard_error:", sqrt(diag(vcov(robust))), "\n")
  cat("log_likelihood:", plain$loglik, "\n")
  cat("ratio_test_p:", summary(plain)$logtest["pvalue"], "\n")
  cat("p:", summary(plain)$coefficients[, "Pr(>|z|)"], "\n")
  cat("robust_p:", summary(robust)$coefficients[, "Pr(>|z|)"], "\n")
  cat("interval:", summary(plain)$conf.int[, c("lower .95", "upper .95")], "\n")
}
