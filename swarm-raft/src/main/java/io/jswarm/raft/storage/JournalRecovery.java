// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.raft.storage.Segment.Watermark;
import io.jswarm.spi.UntrustedLogException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Opens the journal's files after whatever happened to the process or the machine. Nothing that was
 * durable is given up: where it is not as it was written, there is no journal.
 */
final class JournalRecovery {
  private final Disk disk;
  private final Seal seal;
  private final JournalControl control;
  private final JournalWriter writer;
  private final List<SegmentIndex> segments = new ArrayList<>();

  private JournalRecovery(Disk disk, Seal seal, SlotFile file, JournalControl control, int size) {
    this.disk = disk;
    this.seal = seal;
    this.control = control;
    this.writer = new JournalWriter(disk, seal, file, control, size);
  }

  /**
   * What there is, ready to be continued.
   *
   * @param writer goes on where the log ends
   * @param segments what the log consists of, in order; none if it is empty
   * @param boundaryIndex of the entry before the first
   * @param boundaryTerm of the same
   */
  record Recovered(
      JournalWriter writer, List<SegmentIndex> segments, long boundaryIndex, long boundaryTerm) {}

  static Recovered run(Disk disk, Seal seal, int segmentBytes) throws IOException {
    List<String> names = disk.list().stream().filter(Segment::isName).toList();
    boolean isNew = !disk.exists(JournalControl.NAME);
    SlotFile file = SlotFile.open(disk, JournalControl.NAME);
    try {
      JournalControl control = control(file, isNew, names);
      JournalRecovery recovery = new JournalRecovery(disk, seal, file, control, segmentBytes);
      return control.resetting() ? recovery.begin(names) : recovery.resume(names);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static JournalControl control(SlotFile file, boolean isNew, List<String> segments) {
    Optional<byte[]> value = file.read();
    if (value.isPresent()) {
      return JournalControl.decode(value.get());
    }
    if (!segments.isEmpty()) {
      throw new UntrustedLogException(
          JournalControl.NAME + (isNew ? " is missing" : " is empty") + " beside " + segments);
    }
    return JournalControl.resetting(0, 0, 0);
  }

  /** A new journal, or one that was about to be emptied. */
  private Recovered begin(List<String> names) throws IOException {
    for (String name : names) {
      disk.delete(name);
    }
    if (!writer.reset(control.floor(), control.boundaryTerm())) {
      throw new DiskFullException("no space for the first segment of the log", null);
    }
    return new Recovered(writer, List.of(), control.floor(), control.boundaryTerm());
  }

  private Recovered resume(List<String> names) throws IOException {
    TreeSet<Long> firsts = new TreeSet<>(List.of(control.first(), control.last()));
    for (String name : names) {
      long first = Segment.first(name);
      if (first < control.first() || first > control.last()) {
        // It no longer counted, or did not count yet.
        disk.delete(name);
      } else {
        firsts.add(first);
      }
    }
    try {
      int chain = 0;
      for (long first : firsts) {
        chain = recover(first, firsts.higher(first), chain);
      }
    } catch (IOException | RuntimeException e) {
      writer.closeFiles();
      throw e;
    }
    SegmentIndex first = segments.get(0);
    return new Recovered(
        writer, segments, first.first() - 1, first.segment().header().boundaryTerm());
  }

  /** Checks a segment and takes it over; returns what the next one has to continue. */
  private int recover(long first, @Nullable Long next, int chain) throws IOException {
    Segment segment = Segment.open(disk, seal, first);
    writer.adopt(segment);
    if (!segments.isEmpty()) {
      SegmentIndex before = segments.get(segments.size() - 1);
      if (segment.header().chain() != chain
          || segment.header().boundaryTerm() != before.term(before.last())) {
        throw segment.damaged(0, "it does not continue " + before.segment().name());
      }
    }
    SegmentScan scan = SegmentScan.of(segment, control, next == null ? Long.MAX_VALUE : next - 1);
    segments.add(scan.index());
    if (next == null) {
      recoverEnd(scan);
    } else {
      requireEntries(scan, next - 1);
    }
    return scan.chain();
  }

  private void recoverEnd(SegmentScan scan) throws IOException {
    Segment segment = scan.index().segment();
    Watermark mark = segment.watermark();
    if (segment.header().id() != control.lastId() || mark.epoch() > control.epoch()) {
      throw segment.damaged(0, "it is not the one that " + JournalControl.NAME + " names");
    }
    boolean counts = mark.epoch() == control.epoch();
    long durable = counts ? mark.index() : control.floor();
    requireEntries(scan, durable);
    if (counts && scan.index().term(durable) != mark.term()) {
      throw segment.damaged(scan.endOf(durable), "entry " + durable + " is of another term");
    }
    writeEndAgain(scan, durable);
    writer.resume(scan, mark.sequence(), durable);
  }

  private static void requireEntries(SegmentScan scan, long upTo) {
    if (scan.index().last() < upTo) {
      throw scan.index()
          .segment()
          .damaged(
              scan.end(),
              "entry "
                  + (scan.index().last() + 1)
                  + " is not intact, but "
                  + upTo
                  + " was durable");
    }
  }

  /**
   * What follows the watermark may never have left the system's memory, even if it reads well; and
   * what follows the last whole record must not be there when records are written before it.
   */
  private static void writeEndAgain(SegmentScan scan, long durable) throws IOException {
    int from = scan.endOf(durable);
    int used = scan.used();
    Arrays.fill(scan.bytes(), scan.end(), used, (byte) 0);
    DiskFile file = scan.index().segment().file();
    if (used > from) {
      file.write(from, ByteBuffer.wrap(scan.bytes(), from, used - from));
    }
    file.sync();
  }
}
