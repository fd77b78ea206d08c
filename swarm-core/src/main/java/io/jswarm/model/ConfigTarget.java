// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** What a config is for: a file in the container, or something the runtime itself reads. */
public sealed interface ConfigTarget permits FileTarget, RuntimeTarget {}
