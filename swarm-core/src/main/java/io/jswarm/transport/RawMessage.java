// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

/**
 * A message whose sender and receiver write and read the bytes themselves; a transport carries them
 * as they are.
 *
 * @param bytes not to be changed after the message was made
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record RawMessage(byte[] bytes) implements Message {}
