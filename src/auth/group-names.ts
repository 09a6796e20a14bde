/** RPort's group of those who may everything. Here it is a role; no channel has this name. */
export const ADMINISTRATORS_GROUP = 'Administrators';
