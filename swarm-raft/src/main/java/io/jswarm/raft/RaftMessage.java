// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.jswarm.transport.Message;

/** What one manager's Raft tells another's: an encoded request or answer. */
@SuppressWarnings("ArrayRecordComponent") // never compared, and not changed once sent
public record RaftMessage(byte[] bytes) implements Message {}
