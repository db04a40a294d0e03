package jacquard.nn;

/// What a module consists of: states, and modules that hold states.
public sealed interface Part permits Module, Parameter, Statistic {}
