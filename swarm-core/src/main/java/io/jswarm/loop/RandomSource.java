// SPDX-License-Identifier: Apache-2.0
package io.jswarm.loop;

import java.util.SplittableRandom;

/** Where randomness (jitter, sampling, faults) comes from. Not thread-safe: split one per owner. */
public interface RandomSource {
  /** Uniform over all 64-bit values. */
  long nextLong();

  /** Uniform in {@code [0, bound)}; {@code bound} ≥ 1. */
  int nextInt(int bound);

  /** Uniform in {@code [0, 1)}. */
  double nextDouble();

  /**
   * An independent source. Any thread may split; the order of splits is part of a seed's meaning.
   */
  RandomSource split();

  /** A reproducible source: equal seeds give equal sequences in every JVM. */
  static RandomSource seeded(long seed) {
    return new Seeded(new SplittableRandom(seed));
  }

  /** The reproducible source, and outside simulation the one seeded from the operating system. */
  record Seeded(SplittableRandom random) implements RandomSource {
    @Override
    public long nextLong() {
      return random.nextLong();
    }

    @Override
    public int nextInt(int bound) {
      return random.nextInt(bound);
    }

    @Override
    public double nextDouble() {
      return random.nextDouble();
    }

    @Override
    public synchronized RandomSource split() {
      return new Seeded(random.split());
    }
  }
}
