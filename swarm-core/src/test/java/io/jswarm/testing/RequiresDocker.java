// SPDX-License-Identifier: Apache-2.0
package io.jswarm.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that needs a Docker Engine at {@code DOCKER_HOST}, or else at {@code
 * /var/run/docker.sock}. Without one it is reported as skipped; where {@code SWARM_REQUIRE_DOCKER}
 * is {@code true}, it fails.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("docker")
@ExtendWith(DockerCondition.class)
public @interface RequiresDocker {}
