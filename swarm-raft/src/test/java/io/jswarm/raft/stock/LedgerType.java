// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import io.atomix.primitive.PrimitiveBuilder;
import io.atomix.primitive.PrimitiveManagementService;
import io.atomix.primitive.PrimitiveType;
import io.atomix.primitive.PrimitiveTypeRegistry;
import io.atomix.primitive.config.PrimitiveConfig;
import io.atomix.primitive.service.PrimitiveService;
import io.atomix.primitive.service.ServiceConfig;
import io.atomix.utils.serializer.Namespace;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** Makes one server's ledgers, and knows the newest: Atomix replaces it when it likes. */
@SuppressWarnings("rawtypes")
final class LedgerType implements PrimitiveType, PrimitiveTypeRegistry {
  static final String NAME = "ledger";

  private volatile Ledger newest = new Ledger(this);
  private volatile Consumer<String> beforeApply = line -> {};
  private volatile Runnable beforeBackup = () -> {};

  Ledger newest() {
    return newest;
  }

  /** Called with each command, on the state machine's thread. */
  void beforeApply(Consumer<String> call) {
    beforeApply = call;
  }

  void beforeApply(String line) {
    beforeApply.accept(line);
  }

  /** Called in each backup after its first bytes, on the state machine's thread. */
  void beforeBackup(Runnable call) {
    beforeBackup = call;
  }

  void beforeBackup() {
    beforeBackup.run();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Namespace namespace() {
    return EntryFormat.SERVICE;
  }

  @Override
  public PrimitiveService newService(ServiceConfig config) {
    newest = new Ledger(this);
    return newest;
  }

  @Override
  public Collection<PrimitiveType> getPrimitiveTypes() {
    return List.of(this);
  }

  @Override
  public PrimitiveType getPrimitiveType(String name) {
    return this;
  }

  @Override
  public PrimitiveConfig newConfig() {
    throw new UnsupportedOperationException();
  }

  @Override
  public PrimitiveBuilder newBuilder(
      String name, PrimitiveConfig config, PrimitiveManagementService management) {
    throw new UnsupportedOperationException();
  }
}
