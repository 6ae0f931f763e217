/** Every command acts for one user; none can be called without saying for whom. */
export type UserId = string;
