// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class GenericResourcesTest {
  @Test
  void oneIntegerIsACountAndAnythingElseANamedSet() {
    assertThat(GenericResources.parse("SSD=4,GPU=uuid1, GPU=uuid2,FPGA=f1"))
        .containsExactly(
            new DiscreteGenericResource("SSD", 4),
            new NamedGenericResource("GPU", "uuid1"),
            new NamedGenericResource("GPU", "uuid2"),
            new NamedGenericResource("FPGA", "f1"));
    assertThat(GenericResources.parse("")).isEmpty();
    assertThat(GenericResources.parse("SSD=0"))
        .containsExactly(new DiscreteGenericResource("SSD", 0));
  }

  @Test
  void malformedTextIsRefused() {
    for (String text :
        List.of(
            "GPU",
            "GPU=",
            "=1",
            "GPU=1,",
            "GPU=-1",
            "GPU=1,GPU=a",
            "GPU=1,GPU=2",
            "GPU=a,GPU=a",
            "GPU=99999999999999999999")) {
      assertThatIllegalArgumentException()
          .as(text)
          .isThrownBy(() -> GenericResources.parse(text))
          .withMessageContaining("generic resource");
    }
  }

  @Test
  void formattedTextIsReadBack() {
    String text = "SSD=4,GPU=uuid1,GPU=uuid2";

    assertThat(GenericResources.format(GenericResources.parse(text))).isEqualTo(text);
  }

  @Test
  void claimsBecomeEnvironmentVariables() {
    assertThat(GenericResources.environment(GenericResources.parse("ssd=4,GPU=a,GPU=b")))
        .containsExactly("DOCKER_RESOURCE_SSD=4", "DOCKER_RESOURCE_GPU=a,b");
  }
}
