# Prints the numbers of case.toml. Base R, numDeriv, survival, MatchIt and metafor.
library(numDeriv); library(survival); library(MatchIt)
d <- read.csv("data.csv"); n <- nrow(d); G <- length(unique(d$person))
show <- function(name, x) cat(name, "= [", paste(sprintf("%.10g", x), collapse = ", "), "]\n")
X <- as.matrix(d[, c("age", "female", "prior")]); t <- d$treated; y <- d$rating
plain <- glm(treated ~ age + female + prior, binomial, d, control = list(epsilon = 1e-14, maxit = 100))
show("logistic", coef(plain))

# Ridge: columns standardised with divisor n, penalty 2.
Z <- cbind(1, scale(X, scale = apply(X, 2, function(x) sqrt(mean((x - mean(x))^2)))))
loss <- function(b) { l <- Z %*% b; -sum(t * l - log1p(exp(l))) + 2 / 2 * sum(b[-1]^2) }
slope <- function(b) -crossprod(Z, t - plogis(Z %*% b)) + 2 * c(0, b[-1])
b <- optim(rep(0, 4), loss, slope, method = "BFGS", control = list(reltol = 1e-16, maxit = 1e4))$par
b <- b - solve(jacobian(slope, b), slope(b)); b <- b - solve(jacobian(slope, b), slope(b))
show("ridge_scores", plogis(Z %*% b)[1:8])

# Weighted means with stacked estimating equations, clustered by person.
weigh <- function(e, pop) {
  h <- switch(pop, overlap = e * (1 - e), everybody = 1 + 0 * e, group_1 = e, group_0 = 1 - e, matching = pmin(e, 1 - e))
  h / ifelse(t == 1, e, 1 - e)
}
D <- cbind(1, X)
stacked <- function(pop) {
  w <- weigh(fitted(plain), pop)
  theta <- c(coef(plain), weighted.mean(y[t == 1], w[t == 1]), weighted.mean(y[t == 0], w[t == 0]))
  scale <- c(1, 0.02, 1, 0.3, 1, 1)
  equations <- function(s) {
    th <- s * scale; e <- plogis(D %*% th[1:4])[, 1]; w <- weigh(e, pop)
    cbind(D * (t - e), w * t * (y - th[5]), w * (1 - t) * (y - th[6]))
  }
  A <- jacobian(function(s) colSums(equations(s)), theta / scale)
  u <- rowsum(equations(theta / scale), d$person)
  V <- solve(A) %*% crossprod(u) %*% t(solve(A)) * G / (G - 1)
  m <- theta[5:6]
  c(m, sqrt(V[5, 5] + V[6, 6] - 2 * V[5, 6]), sqrt(V[5, 5] / m[1]^2 + V[6, 6] / m[2]^2 - 2 * V[5, 6] / prod(m)))
}
for (pop in c("overlap", "everybody", "group_1", "group_0", "matching")) show(paste0("weighted_", pop), stacked(pop))

# Entropy balancing for the treated: the dual by BFGS and Newton.
C <- scale(X[t == 0, ], center = colMeans(X[t == 1, ]), scale = apply(X, 2, sd))
dual <- function(l) log(sum(exp(C %*% l)))
l <- optim(rep(0, 3), dual, method = "BFGS", control = list(reltol = 1e-16))$par
for (i in 1:3) l <- l - solve(hessian(dual, l), grad(dual, l))
w <- exp(C %*% l); w <- w / mean(w)
show("entropy_weights", w[1:8]); show("entropy_mean_0", weighted.mean(y[t == 0], w))

# Augmented weighting with residual weights that sum to 1, cross-fitted in the folds of data.csv.
e <- m1 <- m0 <- r1 <- r0 <- numeric(n)
for (k in sort(unique(d$fold))) {
  h <- d$fold == k; p <- function(f, fam, s) predict(glm(f, fam, d[!h & s, ], control = list(epsilon = 1e-14, maxit = 100)), d[h, ], type = "response")
  e[h] <- p(treated ~ age + female + prior, binomial, TRUE)
  m1[h] <- p(rating ~ age + female + prior, gaussian, t == 1); m0[h] <- p(rating ~ age + female + prior, gaussian, t == 0)
  r1[h] <- p(responded ~ age + female + prior, binomial, t == 1); r0[h] <- p(responded ~ age + female + prior, binomial, t == 0)
}
clustered <- function(f) sqrt(sum(rowsum(f, d$person)^2) * G / (G - 1))
aipw <- function(y, m1, m0) {
  w1 <- t / e; w0 <- (1 - t) / (1 - e); r1 <- weighted.mean(y - m1, w1); r0 <- weighted.mean(y - m0, w0)
  u1 <- mean(m1) + r1; u0 <- mean(m0) + r0
  f1 <- (m1 - mean(m1)) / n + w1 * (y - m1 - r1) / sum(w1); f0 <- (m0 - mean(m0)) / n + w0 * (y - m0 - r0) / sum(w0)
  c(u1, u0, clustered(f1 - f0), clustered(f1 / u1 - f0 / u0))
}
show("aipw_rating", aipw(y, m1, m0)); show("aipw_responded", aipw(d$responded, r1, r0))
w0 <- (1 - t) * e / (1 - e); r0 <- weighted.mean(y - m0, w0); effect <- mean((y - m0)[t == 1]) - r0
show("aipw_group_1", c(effect, clustered(t * (y - m0 - effect - r0) / sum(t) - w0 * (y - m0 - r0) / sum(w0))))

# Matching on the log odds, nearest, largest first, without replacement, no caliper (this version leaves it out of account): the first course of each person.
one <- d[!duplicated(d$person), ]
first <- glm(treated ~ age + female + prior, binomial, one, control = list(epsilon = 1e-14, maxit = 100))
fit <- matchit(treated ~ age + female + prior, one, distance = "glm", link = "linear.logit", m.order = "largest")
mm <- fit$match.matrix[!is.na(fit$match.matrix[, 1]), , drop = FALSE]
cat("pairs = [", paste(sprintf("[%s, %s]", one[rownames(mm), "person"], one[mm[, 1], "person"]), collapse = ", "), "]\n")
sub <- matchit(treated ~ age, one, distance = fitted(first), method = "subclass", subclass = 4, estimand = "ATE", min.n = 0)
show("strata_means", c(weighted.mean(one$rating[one$treated == 1], sub$weights[one$treated == 1]), weighted.mean(one$rating[one$treated == 0], sub$weights[one$treated == 0])))

# Weighted Kaplan-Meier shares at 12, weights known.
d$w <- weigh(fitted(plain), "overlap")
s <- summary(survfit(Surv(duration, event) ~ treated, d, weights = w, cluster = person, robust = TRUE), times = 12)
show("shares_free", c(rev(s$surv), rev(s$std.err)))

# Negative controls.
x <- c(-0.446, 0.033, 0.084, 0.152, 0.062, 0.799, -0.451, -0.424, 0.076, -0.186, -0.448, -0.024, 0.165, 0.266)
se <- c(0.277, 0.127, 0.18, 0.307, 0.142, 0.262, 0.392, 0.328, 0.288, 0.121, 0.3, 0.109, 0.267, 0.394)
se2 <- se / 4
for (q in list(se, se2)) { f <- metafor::rma(x, sei = q, method = "ML", control = list(threshold = 1e-14, maxiter = 1e4)); show("null", c(f$beta, sqrt(f$tau2), f$se)) }
