// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import io.jswarm.model.ContainerSpec;
import io.jswarm.spi.ShellPrograms;

/** The kit's programs as processes of the shell of this machine. */
final class ProcessPrograms extends ShellPrograms {
  ProcessPrograms() {
    super(() -> ContainerSpec.builder(""));
  }

  @Override
  protected ContainerSpec.Builder script(String script, String... args) {
    return super.script(script, args);
  }

  @Override
  public ContainerSpec.Builder printingSecret(String target) {
    return script("cat \"$JSWARM_SECRETS/$1\"", target);
  }

  @Override
  public ContainerSpec.Builder printingConfig(String target) {
    return script("cat \"$JSWARM_CONFIGS/$1\"", target);
  }

  @Override
  public ContainerSpec.Builder unknown(String name) {
    return ContainerSpec.builder("").command(name);
  }
}
