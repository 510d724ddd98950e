# The deterministic numbers of case.toml: R 4.2.2, nlme 3.1-162. Run: ABATE_DATA=... Rscript reference.R
# The REML fit of the repeated outcomes by gls, then each unseen visit at its conditional mean, then lm. No code of rbmi.
library(nlme)
options(digits = 12)
d <- read.csv(gzfile(file.path(Sys.getenv("ABATE_DATA"), "rbmi-antidepressant", "antidepressant_data.csv.gz")))
d$drug <- as.numeric(d$THERAPY == "DRUG"); d$visit <- factor(d$VISIT); d$time <- d$VISIT - 3
wide <- reshape(d[, c("PATIENT", "drug", "BASVAL", "time", "CHANGE")], idvar = c("PATIENT", "drug", "BASVAL"), timevar = "time", direction = "wide")
Y <- as.matrix(wide[, paste0("CHANGE.", 1:4)]); drug <- wide$drug; base <- wide$BASVAL

fit <- function(d, formula) gls(formula, d, correlation = corSymm(form = ~ time | PATIENT), weights = varIdent(form = ~ 1 | visit),
  method = "REML", control = glsControl(maxIter = 500, msMaxIter = 1000, tolerance = 1e-12, msTol = 1e-13, opt = "nlminb"))
covariance <- function(g) {
  C <- corMatrix(g$modelStruct$corStruct)
  full <- C[[which(sapply(C, nrow) == 4)[1]]]
  sd <- g$sigma * coef(g$modelStruct$varStruct, unconstrained = FALSE, allCoef = TRUE)[c("4", "5", "6", "7")]
  unname(diag(sd) %*% full %*% diag(sd))
}

estimate <- function(mean_own, mean_reference, S_own, S_reference, strategy) {
  done <- Y
  for (i in seq_len(nrow(Y))) {
    o <- !is.na(Y[i, ]); if (all(o)) next
    last <- max(which(o)); own <- mean_own[i, ]; ref <- mean_reference[i, ]
    S <- if (drug[i] == 1) S_own else S_reference; R <- S_reference; mu <- own
    if (drug[i] == 1 && last < 4 && strategy != "MAR") {
      late <- (last + 1):4; early <- 1:last
      if (strategy == "CR") { mu <- ref; S <- R } else {
        mu[late] <- if (strategy == "JR") ref[late] else own[last] + ref[late] - ref[last]
        K <- R[late, early, drop = FALSE] %*% solve(R[early, early])
        J <- S; J[late, early] <- K %*% S[early, early]; J[early, late] <- t(J[late, early])
        J[late, late] <- R[late, late] - K %*% (R[early, early] - S[early, early]) %*% t(K)
        S <- J
      }
    }
    done[i, !o] <- mu[!o] + S[!o, o, drop = FALSE] %*% solve(S[o, o], Y[i, o] - mu[o])
  }
  unname(coef(lm(done[, 4] ~ drug + base))["drug"])
}
strategies <- c("MAR", "JR", "CR", "CIR")

common <- fit(d, CHANGE ~ visit * drug + visit * BASVAL)
new <- function(drug) sapply(4:7, function(v) predict(common, data.frame(visit = factor(v, levels = 4:7), drug = drug, BASVAL = base)))
S <- covariance(common)
cat("covariance:\n"); print(S)
cat("log likelihood:", logLik(common), "\n")
cat("common:", sapply(strategies, function(s) estimate(ifelse(drug == 1, 1, 0) * new(1) + (1 - drug) * new(0), new(0), S, S, s)), "\n")

one <- fit(d[d$drug == 1, ], CHANGE ~ visit * BASVAL); zero <- fit(d[d$drug == 0, ], CHANGE ~ visit * BASVAL)
by_arm <- function(g) sapply(4:7, function(v) predict(g, data.frame(visit = factor(v, levels = 4:7), BASVAL = base)))
cat("covariances of drug and placebo:\n"); print(covariance(one)); print(covariance(zero))
cat("by arm:", sapply(strategies, function(s) estimate(drug * by_arm(one) + (1 - drug) * by_arm(zero), by_arm(zero), covariance(one), covariance(zero), s)), "\n")
