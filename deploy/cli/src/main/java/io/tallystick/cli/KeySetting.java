// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.trust.TrustRole;

/** The keys of one role in one place, as one setting of the configuration names them. */
interface KeySetting {
    /** What the keys sign. */
    TrustRole role();

    /** The configuration's key. */
    String setting();

    /** The setting's value. */
    String value();
}
