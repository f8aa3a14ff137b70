"""Support vector machines."""

from __future__ import annotations

import copy
import itertools
from abc import abstractmethod
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.svm import SVC, SVR

from skopt_evo._typing import FloatArray
from skopt_evo.hypergrad._copies import apply
from skopt_evo.hypergrad._protocol import Fold, Outputs, PredictorRule, Pullback
from skopt_evo.hypergrad._registry import register_hypergradient
from skopt_evo.hypergrad.rules._kernel_matrix import KernelMatrix, as_dense
from skopt_evo.hypergrad.rules._kernels import check_smooth
from skopt_evo.hypergrad.rules._matrices import as_matrix, check_size
from skopt_evo.hypergrad.rules._support_vectors import (
    Machines,
    Sides,
    solve_adjoint,
)
from skopt_evo.hypergrad.rules._svm_kernels import (
    scale_slope,
    support_kernels,
    support_of,
)


class _SVMRule(PredictorRule):
    """What `SVC` and `SVR` have in common.

    The decision value of a machine is f(x) = sum_i a_i k(x_i, x) + b. At the optimum
    (Karush, Kuhn and Tucker) samples fall into three sets: those with a_i = 0; those at
    the bound, B, with a_i = +-C_i; and the free ones, F, where f(x_i) is a fixed
    target t_i, +-1 of a classifier and y_i +- epsilon of a regressor. As long as the
    sets stay,

        [K_FF 1; 1' 0] [a_F; b] = [t_F - K_FB a_B; -sum(a_B)].

    For a function S of the decision values on the test set, with derivatives g, solve
    the same system for [q; q0] with the right side [K_tF' g; sum(g)]. Then

        dS/dC       = sum_B a_i / C (K_t' g - K_F' q - q0)_i,
        dS/depsilon = -q' sign(a_F),

    and the derivatives by the entries of K_F, the rows of the free ones, and of K_t are
    -q a' and g a'. They go on through the kernel. Where the sets change is a kink.

    If no sample is free, libsvm sets b to the middle of the range that the conditions
    at the other samples leave: there, the decision values of the two samples at its
    ends have targets on the average. Then q is sum(g) / 2 for each of them, and q0 = 0.

    References
    ----------
    O. Chapelle, V. Vapnik, O. Bousquet and S. Mukherjee, "Choosing multiple parameters
    for support vector machines", Machine Learning 46, 2002.
    S. S. Keerthi, V. Sindhwani and O. Chapelle, "An efficient method for gradient-based
    adaptation of hyperparameters in SVM models", NeurIPS 2006.
    """

    def check_inputs(self, estimator: Any) -> None:
        super().check_inputs(estimator)
        check_smooth(estimator.kernel)

    @abstractmethod
    def _machines(self, estimator: Any, fold: Fold, cotangent: FloatArray) -> Machines:
        """Return the binary machines of the estimator."""

    def pullback(
        self,
        estimator: Any,
        fold: Fold,
        cotangent: FloatArray,
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        if not len(estimator.support_):
            return _no_change(fold, names, inputs=inputs)
        machines = self._machines(estimator, fold, cotangent)
        kernel_of, kernel_test = support_kernels(estimator, fold, machines.support)
        right = kernel_test.value.T @ machines.cotangents
        adjoint = solve_adjoint(machines, kernel_of, right)
        bounded = np.where(machines.is_free, 0.0, machines.coef)
        rest = right - adjoint.kernel.value.T @ adjoint.values - adjoint.shifts
        params = {
            "C": float(np.vdot(bounded, rest)) / estimator.C,
            "epsilon": -adjoint.along_signs,
        }
        parts = (
            (adjoint.kernel, -adjoint.values @ machines.coef.T),
            (kernel_test, machines.cotangents @ machines.coef.T),
        )
        slopes = [matrix.by_params(changes) for matrix, changes in parts]
        for name in ("gamma", "coef0"):
            params[name] = sum(slope.get(name, 0.0) for slope in slopes)
        wanted = {name: params[name] for name in names}
        if not inputs:
            return Pullback(wanted)
        by_train, by_test = _by_inputs(fold, machines.support, adjoint.samples, *parts)
        if estimator.gamma == "scale" and params["gamma"]:
            by_train += params["gamma"] * scale_slope(as_matrix(fold.X))
        return Pullback(wanted, by_train, by_test)


@register_hypergradient(SVR, params=["C", "coef0", "epsilon", "gamma"])
class SVRRule(_SVMRule):
    """The rule for `SVR`: ``C``, ``epsilon``, ``gamma`` and ``coef0``.

    The objective with the weights s is

        J(f, b) = |f|^2 / 2 + C sum_i s_i max(0, |f(x_i) + b - y_i| - epsilon),

    one machine of `_SVMRule`, whose coefficients are bounded by C s_i.
    """

    def _machines(self, estimator: Any, fold: Fold, cotangent: FloatArray) -> Machines:
        support, weights = support_of(estimator, fold), fold.sample_weight()
        coef = as_dense(estimator.dual_coef_).reshape(-1, 1)
        targets = np.ravel(np.asarray(fold.y, dtype=np.float64))
        samples = np.flatnonzero(weights)

        def sides(_: int) -> Sides:
            """Return that y - epsilon <= f <= y + epsilon, or not where it is not."""
            full = np.zeros(len(targets))
            full[support] = coef[:, 0]
            is_least = np.concatenate([full[samples] <= 0.0, full[samples] < 0.0])
            signs = np.repeat([1.0, -1.0], len(samples))
            ends = np.tile(targets[samples], 2) - signs * estimator.epsilon
            return Sides(np.tile(samples, 2), ends, signs, is_least)

        bounds = estimator.C * weights[support, np.newaxis]
        return Machines(support, coef, bounds, cotangent[:, np.newaxis], sides)


@register_hypergradient(SVC, params=["C", "coef0", "gamma"])
class SVCRule(_SVMRule):
    """The rule for `SVC`: ``C``, ``gamma`` and ``coef0``.

    The objective of two classes, y = +-1, with the weights s of the samples times those
    of their classes, is

        J(f, b) = |f|^2 / 2 + C sum_i s_i max(0, 1 - y_i (f(x_i) + b)),

    one machine of `_SVMRule`, whose coefficients are bounded by C s_i. Of more classes
    there is a machine for each two of them, and the output of a class is the sum of the
    decision values of its machines, with a minus where it is the second one: a smooth
    function in the place of votes.
    """

    def outputs(self, estimator: Any, X: Any) -> Outputs:
        """Return the decision values, or the sum of those of each class."""
        pairwise = copy.copy(estimator).set_params(
            decision_function_shape="ovo", break_ties=False
        )
        values = np.asarray(apply(pairwise.decision_function, X), dtype=np.float64)
        if len(estimator.classes_) > 2:
            values = values @ _signs(len(estimator.classes_)).T
        return Outputs(values, "margin", estimator.classes_)

    def _machines(self, estimator: Any, fold: Fold, cotangent: FloatArray) -> Machines:
        support, n_classes = support_of(estimator, fold), len(estimator.classes_)
        codes = np.searchsorted(estimator.classes_, np.asarray(fold.y))
        of_support, dual_coef = codes[support], as_dense(estimator.dual_coef_)
        weights = fold.sample_weight() * estimator.class_weight_[codes]
        # A single machine is positive for the second class.
        pairs = [(1, 0)] if n_classes == 2 else _pairs(n_classes)
        coef = np.zeros((len(support), len(pairs)))
        for machine, (one, other) in enumerate(pairs):
            # A row of dual_coef_ belongs to the others of a class, in order.
            for own, rival in ((one, other), (other, one)):
                row = rival - (rival > own)
                coef[of_support == own, machine] = dual_coef[row, of_support == own]

        def sides(machine: int) -> Sides:
            """Return that f >= 1 or f <= -1, or not where it is not."""
            one, other = pairs[machine]
            samples = np.flatnonzero(
                ((codes == one) | (codes == other)) & (weights > 0.0)
            )
            signs = np.where(codes[samples] == one, 1.0, -1.0)
            is_inside = np.isin(samples, support[coef[:, machine] == 0.0])
            is_outside = np.isin(samples, support) & ~is_inside
            return Sides(samples, signs, signs, is_outside == (signs < 0.0))

        cotangents = (
            cotangent[:, np.newaxis]
            if n_classes == 2
            else cotangent @ _signs(n_classes)
        )
        bounds = np.tile(estimator.C * weights[support, np.newaxis], len(pairs))
        return Machines(support, coef, bounds, cotangents, sides)


def _by_inputs(
    fold: Fold,
    support: NDArray[np.intp],
    samples: NDArray[np.intp],
    *parts: tuple[KernelMatrix, FloatArray],
) -> tuple[FloatArray, FloatArray]:
    """Return the derivatives by the training data and by the test data.

    Parameters
    ----------
    fold : Fold
        The data.
    support, samples : ndarray of shape (n,), dtype=int
        The support vectors, and the samples that the first kernel matrix is of.
    parts : pair of (KernelMatrix, ndarray)
        The kernel matrices of training and of test samples, with the derivatives by
        their entries.
    """
    check_size(fold.X, fold.X_test)
    (by_fixed, by_support), (by_test, by_support_too) = (
        matrix.by_samples(changes) for matrix, changes in parts
    )
    by_train = np.zeros(fold.X.shape)
    by_train[support] = by_support + by_support_too
    by_train[samples] += by_fixed
    return by_train, by_test


def _no_change(fold: Fold, names: Collection[str], *, inputs: bool) -> Pullback:
    """Return the derivatives without support vectors, where f is a constant."""
    data = (np.zeros(fold.X.shape), np.zeros(fold.X_test.shape)) if inputs else ()
    return Pullback(dict.fromkeys(names, 0.0), *data)


def _pairs(n_classes: int) -> list[tuple[int, int]]:
    """Return the pairs of classes, in libsvm's order."""
    return list(itertools.combinations(range(n_classes), 2))


def _signs(n_classes: int) -> FloatArray:
    """Return what each pair adds to each class: shape (n_classes, n_pairs)."""
    pairs = np.array(_pairs(n_classes))
    signs = np.zeros((n_classes, len(pairs)))
    signs[pairs[:, 0], range(len(pairs))] = 1.0
    signs[pairs[:, 1], range(len(pairs))] = -1.0
    return signs
