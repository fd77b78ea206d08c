// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

/** Something one node tells another: an immutable record. */
public interface Message {}
