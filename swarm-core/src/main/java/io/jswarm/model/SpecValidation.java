// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** stub */
public final class SpecValidation {
  static void require(ServiceSpec spec) {}
}
