// SPDX-License-Identifier: Apache-2.0
/**
 * A manager's disk: the journal of log entries, snapshots, and small values such as term and vote.
 * Everything here is internal to this module, whatever its modifiers say.
 *
 * <p>The Raft roles call from their loop; what waits for the disk runs on an executor of its own.
 *
 * <h2>What is promised</h2>
 *
 * <p>What was reported durable survives a kill, a power cut and a full disk. If a single file of it
 * is damaged, cut, swapped or lost later, {@link io.jswarm.spi.UntrustedLogException} says so; the
 * log never just gets shorter. A power cut alone never has that result. After a failed write or
 * sync nothing more is promised, and nothing is tried again.
 *
 * <p>Assumed is a disk that keeps its hands off bytes that are not written, also within the sector
 * of those that are. Not noticed: that all files are gone, or that files were replaced by older
 * copies of themselves; and damage of the entries written last, before {@link
 * io.jswarm.raft.storage.Journal#retry} or {@code close} has marked them.
 *
 * <h2>Files</h2>
 *
 * <p>Numbers are big-endian, checksums are CRC32C. Payloads and snapshot blocks are sealed: key id
 * (4 bytes), nonce (12), cipher text, tag (16).
 *
 * <dl>
 *   <dt>{@code log-}<i>first index, 20 digits</i>{@code .seg}
 *   <dd>A segment, preallocated. Page 0: magic, version, key id, first index, term of the entry
 *       before, checksum of the record before, random id, size, checksum. Pages 1 and 2: a
 *       watermark each, alternately: sequence number, index, term, epoch, checksum. Then records:
 *       see {@link io.jswarm.raft.storage.RecordHeader}; after the last there are zeros. Checksums
 *       of watermarks and records also cover the segment's id.
 *   <dt>{@code log.control}
 *   <dd>Which segments count, and from which index on records must be of the present epoch; see
 *       {@link io.jswarm.raft.storage.JournalControl}.
 *   <dt>{@code log.spare}
 *   <dd>The next segment, being filled with zeros.
 *   <dt>{@code snapshot-}<i>index</i>{@code -}<i>term</i>
 *   <dd>A header (magic, version, key id, index, term, random id, checksum), sealed blocks of 32
 *       KiB, a footer (magic, plain size, checksum of all before, checksum of itself).
 *   <dt>any other
 *   <dd>A {@link io.jswarm.raft.storage.SlotFile}: two pages, the newer one counts; checksum,
 *       magic, version, sequence number, length, value.
 * </dl>
 *
 * <h2>How a journal is written</h2>
 *
 * <ul>
 *   <li>Append: records, then the watermark that covers the rounds before, then one sync. So at any
 *       time all records up to the watermark are durable: if one is not intact, that is damage.
 *       What is not intact after it has been torn by a power cut, and is zeroed.
 *   <li>Truncate: the control gets a new epoch and the index, and is durable before anything is
 *       written over. Records after that index which are of an earlier epoch are remains. Each
 *       record also names the checksum of the one before it.
 *   <li>Next segment: the spare gets its header, is synced, renamed, the directory synced, and then
 *       counts by the control. A segment beyond the control's last is a remain.
 *   <li>Compact: the control gets a new first segment, then files are deleted. One below the first
 *       is a remain.
 *   <li>Reset: the control says that no segment counts; all are deleted, the new one is made, the
 *       control says so.
 * </ul>
 */
@NullMarked
package io.jswarm.raft.storage;

import org.jspecify.annotations.NullMarked;
