package jacquard.tensor;

/// Norms of vectors and normalisation of activations, for f32 and f64.
public sealed interface Norms permits Tensor {
  /// {@return this tensor, for the methods of this family}
  Tensor self();

  private Tensor floats(String op) {
    Tensor x = self();
    if (!x.dtype().isFloat()) {
      throw new DTypeException(
          op + ": not defined for " + x.dtype() + ", expected f32 or f64; cast first");
    }
    return x;
  }

  /// {@return sum of magnitudes over `axes`, which are dropped; all axes if none is named}
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor l1Norm(int... axes) {
    return floats("l1Norm").abs().sum(axes);
  }

  /// {@return root of the sum of squares over `axes`, which are dropped; all axes if none is named}
  ///
  /// f32 overflows for elements above 1.8e19. The gradient of an all-zero vector is NaN: add a
  /// little before, or use [#normalize].
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor l2Norm(int... axes) {
    return floats("l2Norm").square().sum(axes).sqrt();
  }

  /// {@return [#l2Norm] with the reduced axes kept with size 1}
  ///
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  default Tensor l2NormKeepDims(int... axes) {
    return floats("l2NormKeepDims").square().sumKeepDims(axes).sqrt();
  }

  /// {@return `sum(|x|^p)^(1/p)` over `axes`, which are dropped; the largest magnitude for infinite
  /// `p`}
  ///
  /// @param p above 0
  /// @param axes axes to work along, negative ones counting from the last; all if none is named
  /// @throws TensorException if `p` is not above 0
  default Tensor pNorm(double p, int... axes) {
    Tensor x = floats("pNorm");
    if (!(p > 0)) {
      throw new TensorException("pNorm: p " + p + ", expected above 0");
    }
    if (p == 1) {
      return x.l1Norm(axes);
    }
    if (p == 2) {
      return x.l2Norm(axes);
    }
    Tensor magnitude = x.abs();
    return Double.isInfinite(p) ? magnitude.max(axes) : magnitude.pow(p).sum(axes).pow(1 / p);
  }

  /// {@return `x / max(l2Norm(x), eps)` along `axis`; a zero vector stays zero, and its gradient is
  /// finite}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param eps what keeps a division from being one by 0
  default Tensor normalize(int axis, double eps) {
    Tensor x = floats("normalize");
    int at = x.shape().axis("normalize", axis);
    return x.mul(x.square().sumKeepDims(at).maximum(eps * eps).rsqrt());
  }

  /// {@return `sum(x * y) / (max(|x|, eps) * max(|y|, eps))` along `axis`, which is dropped; -1 to
  /// 1 up to rounding, 0 for a zero vector} The two are broadcast first.
  ///
  /// @param other vectors to compare with, of the same shape
  /// @param axis axis to work along; a negative one counts from the last
  /// @param eps above 1e-18 for f32, so that its square is not 0
  default Tensor cosineSimilarity(Tensor other, int axis, double eps) {
    Tensor x = floats("cosineSimilarity");
    Tensor y = other;
    if (!x.shape().equals(y.shape())) {
      Shape shape = Shape.broadcast("cosineSimilarity", x.shape(), y.shape());
      x = x.expand(shape);
      y = y.expand(shape);
    }
    int at = x.shape().axis("cosineSimilarity", axis);
    Tensor norm = x.square().sum(at).maximum(eps * eps).rsqrt();
    Tensor otherNorm = y.square().sum(at).maximum(eps * eps).rsqrt();
    return x.mul(y).sum(at).mul(norm).mul(otherNorm);
  }

  /// {@return layer normalisation along `axis`: `(x - mean) / sqrt(variance + eps)`, the variance
  /// divided by the count}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param eps what keeps a division from being one by 0
  /// @throws ShapeException if `axis` is outside `-rank .. rank-1`
  /// @see <a href="https://arxiv.org/abs/1607.06450">Layer normalization</a>
  default Tensor layerNorm(int axis, double eps) {
    Tensor x = floats("layerNorm");
    int at = x.shape().axis("layerNorm", axis);
    Tensor centred = x.sub(x.meanKeepDims(at));
    return centred.mul(centred.square().meanKeepDims(at).add(eps).rsqrt());
  }

  /// {@return layer normalisation along `axis`, then `* weight + bias`}
  ///
  /// | name         | shape           | dtype        |
  /// |--------------|-----------------|--------------|
  /// | this, result | `[..., n, ...]` | f32, f64     |
  /// | weight, bias | `[n]`           | same as this |
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param weight factor of each element along the axis
  /// @param bias what is added to each element along the axis
  /// @param eps what keeps a division from being one by 0
  /// @throws ShapeException if `axis` is outside `-rank .. rank-1`, or `weight` or `bias` is not
  ///   `[n]`
  default Tensor layerNorm(int axis, Tensor weight, Tensor bias, double eps) {
    Tensor y = layerNorm(axis, eps);
    return y.mul(along("layerNorm: weight", weight, axis))
        .add(along("layerNorm: bias", bias, axis));
  }

  /// {@return `x / sqrt(mean(x^2) + eps) * weight` along `axis`; shapes as [#layerNorm]}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param weight factor of each element along the axis
  /// @param eps what keeps a division from being one by 0
  /// @see <a href="https://arxiv.org/abs/1910.07467">Root mean square layer normalization</a>
  default Tensor rmsNorm(int axis, Tensor weight, double eps) {
    Tensor x = floats("rmsNorm");
    int at = x.shape().axis("rmsNorm", axis);
    Tensor scale = x.square().meanKeepDims(at).add(eps).rsqrt();
    return x.mul(scale).mul(along("rmsNorm: weight", weight, axis));
  }

  /// A vector `[n]` laid along `axis`, so that it broadcasts with this.
  private Tensor along(String what, Tensor vector, int axis) {
    int at = self().shape().axis(what, axis);
    int n = self().dim(at);
    if (!vector.shape().equals(Shape.of(n))) {
      throw new ShapeException(
          what
              + " has shape "
              + vector.shape()
              + ", expected ["
              + n
              + "] for axis "
              + axis
              + " of "
              + self().shape());
    }
    int after = self().rank() - 1 - at;
    int[] dims = new int[after + 1];
    java.util.Arrays.fill(dims, 1);
    dims[0] = n;
    return vector.reshape(dims);
  }
}
