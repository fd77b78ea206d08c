// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** Read by the runtime itself and not mounted; credential specs use it. */
public record RuntimeTarget() implements ConfigTarget {}
