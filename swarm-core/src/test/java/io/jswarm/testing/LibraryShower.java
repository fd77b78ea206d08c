// SPDX-License-Identifier: Apache-2.0
package io.jswarm.testing;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.Supplier;

/** Does what no public type may, so that a test can see it caught. */
public abstract class LibraryShower {
  /** Shows a library. */
  public abstract Supplier<List<ImmutableList<String>>> leak();

  /** Is nobody's business. */
  abstract ImmutableList<String> hidden();
}
