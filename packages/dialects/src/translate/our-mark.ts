/**
 * What begins the marks by which thoughts that translation showed a client are known again: of other vendors' ones nothing may be
 * taken for Anthropic's, and no vendor may get another's.
 */
export const OUR_MARK = 'holdfast:';
