// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/**
 * A resource of a user's own kind: a count of interchangeable units, or one named unit. Text form
 * in {@link GenericResources}.
 */
public sealed interface GenericResource permits NamedGenericResource, DiscreteGenericResource {
  /** What it is, for example {@code GPU}. */
  String kind();
}
