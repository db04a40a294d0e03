/// `jacquard board`: a page on this machine that shows runs while they train.
///
/// A request passes the [Gate], becomes a [Request] and is answered by one of [BoardServer]'s
/// routes. Runs are found by the [Catalogue]; what changes in them is told by [LiveFeed] as
/// server-sent events, read from the files that a run writes anyway.
@NullMarked
package jacquard.examples.board;

import org.jspecify.annotations.NullMarked;
