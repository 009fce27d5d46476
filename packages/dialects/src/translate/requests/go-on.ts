/** The wish that a model goes on with the assistant's last turn, said by the user where the endpoint would begin a new one. */
export const GO_ON = 'Go on exactly where your last message ends. Do not repeat any of it.';
