// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.topic.AdminOrder;
import io.tallystick.topic.KeyAnnouncements;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;

/** One step of a rotation. Decides; {@link KeyChange} does. */
interface KeyStep {
    /**
     * Whether a trust root says that this step is done.
     *
     * @throws CommandException if it says something else of the keys, so that the step cannot be done any more
     */
    boolean isDone(TrustRoot root);

    /**
     * The version that says so.
     *
     * @param now the version in force
     * @throws CommandException if it cannot be said
     */
    TrustRootDraft draft(TrustRoot now);

    /**
     * Requires that a version signed elsewhere does not come too late: signing takes people days.
     *
     * @param next a version that says that the step is done
     * @throws CommandException if good evidence would fail once it is in force
     */
    void requireTimely(TrustRoot next);

    /** The keys that one setting of the configuration names, once it is done. */
    KeySetting keys();

    /** Tells the ledger's own chain; what was told before is not told again. */
    void tell(KeyAnnouncements chain, TrustRoot root, AdminOrder order);
}
