// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import java.util.Map;

/**
 * Labels as a value of their own, for codecs: all objects built with {@link #values()} share the
 * one map.
 */
public record Labels(Map<String, String> values) {
  public Labels {
    values = SortedValues.copyOf(values);
  }
}
