// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import io.jswarm.model.ContainerSpec;
import io.jswarm.spi.ShellPrograms;

/** Shell programs in {@link BusyboxImage}. */
final class BusyboxPrograms extends ShellPrograms {
  BusyboxPrograms() {
    super(() -> ContainerSpec.builder(BusyboxImage.NAME));
  }

  @Override
  public ContainerSpec.Builder script(String script, String... args) {
    return super.script(script, args);
  }

  @Override
  public ContainerSpec.Builder printingSecret(String target) {
    return script("cat /run/secrets/" + target);
  }

  @Override
  public ContainerSpec.Builder printingConfig(String target) {
    return script("cat " + target);
  }

  @Override
  public ContainerSpec.Builder unknown(String name) {
    return ContainerSpec.builder(name);
  }
}
